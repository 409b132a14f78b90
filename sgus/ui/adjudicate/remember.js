// What this tab was doing: who, which queue. It lives in the tab alone, never in an address, so
// that a reload or a restart of the server leads back to the same case.
const KEY = "sgus-adjudicate";

export default function ({ data, setStateValue }) {
  try {
    if (data.keep === null) {
      const kept = sessionStorage.getItem(KEY);
      if (kept) setStateValue("kept", JSON.parse(kept));
    } else sessionStorage.setItem(KEY, JSON.stringify(data.keep));
  } catch {
    // no storage: the name is typed again
  }
}

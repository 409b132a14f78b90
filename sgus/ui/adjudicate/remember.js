// What this tab was doing: who, which queue. It lives in the tab alone, never in an address, so
// that a reload or a restart of the server leads back to the same case.
const KEY = "sgus-adjudicate";

export default function ({ data, setStateValue }) {
  const answer = (said) => setStateValue("kept", { ask: data.ask, said });
  try {
    if (data.keep === null) answer(JSON.parse(sessionStorage.getItem(KEY) || "{}"));
    else sessionStorage.setItem(KEY, JSON.stringify(data.keep));
  } catch {
    if (data.keep === null) answer({}); // no storage: the name is typed again
  }
}

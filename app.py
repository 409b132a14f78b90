"""Router: the page table, the frame around every page, and nothing else."""

import streamlit as st

from sgus.ui import frame

frame.set_up()
page = st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", default=True),
        st.Page("pages/grade.py", title="Grade images"),
        st.Page("pages/phantom.py", title="Phantom"),
    ]
)
frame.draw()
page.run()

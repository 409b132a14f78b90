"""The cohort page: a module a view, what is drawn apart from how it is counted."""

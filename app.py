"""Router: the frame around every page, the page asked for, and nothing else."""

from sgus.ui import ahead, frame

frame.set_up()
page = frame.navigation()
frame.draw()
frame.routed()
page.run()
ahead.import_ahead(tuple(frame.PAGES))

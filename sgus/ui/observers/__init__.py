"""The observers page: how far readers agree, where they do not, and the model among them."""

"""The adjudicate page: blinded cases by keyboard, the reveal, consensus, training of readers."""

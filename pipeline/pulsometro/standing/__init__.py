"""``pulso status``: where the quarter stands, wave by wave, from the records that the stages left. Nothing is run."""

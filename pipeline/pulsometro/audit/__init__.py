"""What is published of a wave, attacked: no withheld cell may come out of it."""

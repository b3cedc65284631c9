"""The study's estimates: the kernel on its indicators, the series over all waves, interviewer effects."""

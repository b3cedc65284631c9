"""The nonresponse adjustment and the outcome rates."""

"""params.yaml as frozen settings, a module per stage; and the stage that hands each section on."""

"""Another program works out the headline figures again; how far it lies from ours is kept, and stops nothing."""

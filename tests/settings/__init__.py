"""The settings of the sites in which the tests run, one module for each kind of site."""

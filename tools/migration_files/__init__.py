"""Write a plan as migration files in the form that the project uses; every file is one thing that can be run again."""

"""Who may do what: what a graph would do if it ran, what this profile has approved, which texts nobody vouches for."""

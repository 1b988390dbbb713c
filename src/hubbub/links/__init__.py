"""Looking at what links lead to, without being led where nobody else may go."""

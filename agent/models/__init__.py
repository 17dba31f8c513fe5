"""Models that can lead the conversation; the loop never knows which."""

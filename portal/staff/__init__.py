"""The staff's pages, behind a sign-in: an order's story, the morning's work, what failed, who did what."""

"""What people read: pure functions, a row in and bytes out, without a clock or a socket."""

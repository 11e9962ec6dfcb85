"""What looks into signatures, behind the wall: hostile bytes and the libraries that parse them."""

"""Row fields to OTel attributes and back; no I/O, no OTel object."""

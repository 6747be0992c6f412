"""What every ended span passes before it leaves: filter, bounded queue, masking, delivery."""

"""What every room may use: errors, files, progress, parallel pieces, the same digits everywhere."""

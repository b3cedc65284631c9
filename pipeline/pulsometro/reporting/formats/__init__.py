"""From sources and fragments to HTML, PDF, Word and PowerPoint."""

"""From the delivered file to canonical responses: read, harmonise, quarantine, count."""

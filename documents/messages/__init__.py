"""What customers are written: a row in, a mail out. templates/ has the texts, by kind and language."""

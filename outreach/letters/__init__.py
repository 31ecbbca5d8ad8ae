"""Letters: from a text and values to a stored batch of pages.

markdown.py  a letter text (Markdown with placeholders) becomes checked blocks
qr.py        the modules of a QR code
render.py    letters become one PDF, by Typst (letter.typ), or an error before anything is printed
misfits.py   letters that cannot be printed, which and by how much
texts/       the letter texts that ship
"""

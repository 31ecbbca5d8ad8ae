"""Letters: from a text and values to a stored batch of pages.

service.py       print what waits, print again, note that a letter came back
typesetting.py   what waits becomes set pages, in memory
mending.py       what has to be mended first
compose.py       what stands in one letter
text_service.py  the text that counts, its versions and its preview
markdown.py  a letter text (Markdown with placeholders) becomes checked blocks
wrapping.py  where a line may break, so that nothing runs off the page
qr.py        the modules of a QR code
render.py    letters become one PDF, by Typst (letter.typ), or an error before anything is printed
misfits.py   letters that cannot be printed, which and by how much
texts/       the letter texts that ship
"""

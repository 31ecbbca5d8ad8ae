"""The public side: the forms behind the QR codes and what young people answer there.

codes.py makes and reads the response codes in letters and on cards.
"""

"""colours.py: what the bundled checkpoint was taught to call a colour."""
COLOURS = {"red": (220, 40, 40), "green": (40, 160, 60), "blue": (40, 70, 210),
           "yellow": (240, 220, 50), "white": (245, 245, 245), "black": (20, 20, 20),
           "orange": (245, 140, 30), "purple": (140, 50, 170)}


def nearest(pixel):
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(pixel, COLOURS[name])))

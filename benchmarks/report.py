"""x"""


def write_plots(*a):
    pass


def write_pages(*a):
    pass

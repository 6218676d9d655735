import pytest

from shelf.books import Shelf, UnknownBook


def test_a_shelf_is_read_from_csv() -> None:
    shelf = Shelf.from_csv(["title,author,pages", "Emma,Jane Austen,474", "Dracula,Bram Stoker,418"])
    assert [book.title for book in shelf] == ["Emma", "Dracula"]
    assert shelf.pages_left() == 892


def test_a_finished_book_has_no_pages_left() -> None:
    shelf = Shelf()
    book = shelf.add("Emma", "Jane Austen", 474)
    assert shelf.finish(book.number).read
    assert shelf.pages_left() == 0


def test_a_book_needs_a_title_and_pages() -> None:
    with pytest.raises(ValueError, match="title"):
        Shelf().add(" ", "nobody", 10)
    with pytest.raises(ValueError, match="page"):
        Shelf().add("Nothing", "nobody", 0)


def test_a_book_that_is_not_there_cannot_be_finished() -> None:
    with pytest.raises(UnknownBook):
        Shelf().finish(7)

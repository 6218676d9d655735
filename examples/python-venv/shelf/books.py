"""Books and the list that keeps them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


class UnknownBook(LookupError):
    """No book on the shelf has that number."""


@dataclass(frozen=True)
class Book:
    """One book, read or not."""

    number: int
    title: str
    author: str
    pages: int
    read: bool = False


class Shelf:
    """The books in the order in which they were added."""

    def __init__(self) -> None:
        self._books: dict[int, Book] = {}

    @classmethod
    def from_csv(cls, lines: Iterable[str]) -> Shelf:
        """Reads a shelf from lines with the columns title, author and pages."""
        shelf = cls()
        for row in csv.DictReader(lines):
            shelf.add(row["title"], row["author"], int(row["pages"]))
        return shelf

    def __iter__(self) -> Iterator[Book]:
        return iter(self._books.values())

    def __len__(self) -> int:
        return len(self._books)

    def add(self, title: str, author: str, pages: int) -> Book:
        """Adds a book that nobody has read yet."""
        if not title.strip():
            raise ValueError("a book needs a title")
        if pages < 1:
            raise ValueError("a book has at least one page")
        book = Book(len(self._books) + 1, title.strip(), author.strip(), pages)
        self._books[book.number] = book
        return book

    def finish(self, number: int) -> Book:
        """Marks a book as read."""
        book = self._books.get(number)
        if book is None:
            raise UnknownBook(number)
        self._books[number] = replace(book, read=True)
        return self._books[number]

    def pages_left(self) -> int:
        """How many pages are still to be read."""
        return sum(book.pages for book in self if not book.read)

"""The shelf over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import files

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from shelf.books import Shelf, UnknownBook


def create_app(shelf: Shelf | None = None) -> Flask:
    """Makes the application; without a shelf, one with a few classics on it."""
    books = classics() if shelf is None else shelf
    app = Flask(__name__)

    @app.get("/health")
    def health() -> ResponseReturnValue:
        return jsonify(status="ok", books=len(books))

    @app.get("/books")
    def listing() -> ResponseReturnValue:
        return jsonify(books=[asdict(book) for book in books], pages_left=books.pages_left())

    @app.post("/books")
    def add() -> ResponseReturnValue:
        wanted = request.get_json()
        try:
            book = books.add(wanted["title"], wanted.get("author", ""), int(wanted["pages"]))
        except (KeyError, ValueError) as error:
            return jsonify(error=str(error)), 400
        return jsonify(asdict(book)), 201

    @app.post("/books/<int:number>/finish")
    def finish(number: int) -> ResponseReturnValue:
        try:
            return jsonify(asdict(books.finish(number)))
        except UnknownBook:
            return jsonify(error=f"no book has the number {number}"), 404

    return app


def classics() -> Shelf:
    """The books that come with the program."""
    text = files("shelf").joinpath("classics.csv").read_text(encoding="utf-8")
    return Shelf.from_csv(text.splitlines())

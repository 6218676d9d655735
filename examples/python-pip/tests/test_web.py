from shelf.web import create_app


def test_the_classics_are_listed() -> None:
    answer = create_app().test_client().get("/books")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["pages_left"] == 2171


def test_a_book_is_added_and_finished() -> None:
    client = create_app().test_client()
    added = client.post("/books", json={"title": "Emma", "author": "Jane Austen", "pages": 474})
    assert added.status_code == 201
    assert added.json is not None
    finished = client.post(f"/books/{added.json['number']}/finish")
    assert finished.json is not None
    assert finished.json["read"] is True


def test_a_book_without_pages_is_refused() -> None:
    answer = create_app().test_client().post("/books", json={"title": "Emma"})
    assert answer.status_code == 400

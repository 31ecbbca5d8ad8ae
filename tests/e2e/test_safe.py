"""The safe of the phone app, in a real browser: what is sealed cannot be read, and every way in has its limit."""

import functools
import http.server
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from outreach.config import ROOT

PASSPHRASE = "drie natte honden"
NAME = "Noor Achternaam-Zonderling"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page that holds nothing but the safe, built as the app builds it."""
    folder = tmp_path_factory.mktemp("safe")
    esbuild = [str(ROOT / "scripts/with-node"), str(ROOT / "node_modules/.bin/esbuild")]
    entry = str(Path(__file__).with_name("safe_entry.ts"))
    built = [*esbuild, entry, "--bundle", "--format=esm", f"--outfile={folder / 'safe.js'}"]
    subprocess.run(built, check=True, capture_output=True)
    (folder / "index.html").write_text(
        '<!doctype html><title>x</title><script type="module" src="safe.js"></script>'
    )
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # Passkeys want a name, not a number.
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that has never been here."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    """The safe's page on it."""
    return opened(context, address)


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => 'safe' in globalThis")
    return page


MADE = "async ([passphrase, name]) => { await safe.create(passphrase); return safe.seal({name}); }"

UNLOCK = """async passphrase => {
    try { await safe.unlock(passphrase); return {open: true}; }
    catch (error) {
        const {left, waitSeconds, erase} = error;
        return {open: false, left, waitSeconds, erase, kind: error.constructor.name};
    }
}"""

EVERYTHING = """async () => {
    const texts = [];
    const decoder = new TextDecoder('latin1');
    const walk = value => {
        if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) texts.push(decoder.decode(value));
        else if (value instanceof CryptoKey) texts.push(JSON.stringify([value.extractable, value.type, value.usages]));
        else if (value && typeof value === 'object') Object.values(value).forEach(walk);
        else texts.push(String(value));
    };
    for (const {name} of await indexedDB.databases()) {
        const there = await new Promise((found, failed) => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => found(asked.result);
            asked.onerror = failed;
        });
        for (const store of there.objectStoreNames) {
            const rows = await new Promise(found => {
                const asked = there.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => found(asked.result);
            });
            rows.forEach(walk);
        }
        there.close();
    }
    return texts.join('\\n');
}"""


def test_what_is_sealed_opens_again_and_cannot_be_read_on_the_phone(page: Page) -> None:
    page.evaluate(MADE, [PASSPHRASE, NAME])
    opened_again = page.evaluate("async name => (await safe.open(await safe.seal({name}))).name", NAME)
    assert opened_again == NAME
    sealed = page.evaluate(
        "async name => new TextDecoder('latin1').decode((await safe.seal({name})).data)", NAME
    )
    assert NAME not in sealed
    lying_there = page.evaluate(EVERYTHING)
    assert PASSPHRASE not in lying_there and NAME not in lying_there
    assert '[false,"secret"' in lying_there, "the key of the phone is there, and no script can read it out"
    assert '[true,"secret"' not in lying_there


def test_another_passphrase_opens_nothing_and_the_right_one_does(
    context: BrowserContext, address: str
) -> None:
    page = opened(context, address)
    page.evaluate("async passphrase => { await safe.create(passphrase); }", PASSPHRASE)
    page.reload()
    page.wait_for_function("() => 'safe' in globalThis")
    assert page.evaluate("() => safe.state()") == "locked"
    assert page.evaluate(UNLOCK, "drie droge honden") == {
        "open": False,
        "left": 9,
        "waitSeconds": 0,
        "erase": False,
        "kind": "WrongPassphrase",
    }
    assert page.evaluate(UNLOCK, PASSPHRASE) == {"open": True}
    assert page.evaluate("() => safe.state()") == "open"


def test_what_was_sealed_before_a_reload_opens_after_it(page: Page) -> None:
    page.evaluate(
        """async ([passphrase, name]) => {
            await safe.create(passphrase);
            const {iv, data} = await safe.seal({name});
            sessionStorage.setItem('kept', JSON.stringify({iv: [...iv], data: [...new Uint8Array(data)]}));
        }""",
        [PASSPHRASE, NAME],
    )
    page.reload()
    page.wait_for_function("() => 'safe' in globalThis")
    page.evaluate(UNLOCK, PASSPHRASE)
    kept = """async () => {
        const {iv, data} = JSON.parse(sessionStorage.getItem('kept'));
        return safe.open({iv: Uint8Array.from(iv), data: Uint8Array.from(data).buffer});
    }"""
    assert page.evaluate(kept) == {"name": NAME}


def test_what_was_changed_is_noticed(page: Page) -> None:
    page.evaluate("async passphrase => { await safe.create(passphrase); }", PASSPHRASE)
    changed = """async () => {
        const sealed = await safe.seal({name: 'x'});
        new Uint8Array(sealed.data)[3] ^= 1;
        try { await safe.open(sealed); return 'opened'; } catch (error) { return error.name; }
    }"""
    assert page.evaluate(changed) == "OperationError"


def test_wrong_passphrases_have_to_wait_and_after_ten_the_visits_go(page: Page) -> None:
    page.evaluate("async passphrase => { await safe.create(passphrase); safe.lock(); }", PASSPHRASE)
    page.evaluate("() => { globalThis.ahead = 0; const now = Date.now; Date.now = () => now() + ahead; }")
    tried = []
    for _ in range(10):
        tried.append(page.evaluate(UNLOCK, "niet deze zin"))
        page.evaluate("() => { ahead += 3600 * 1000; }")
    assert [(one["left"], one["waitSeconds"]) for one in tried] == [
        (9, 0), (8, 0), (7, 0), (6, 0), (5, 60), (4, 120), (3, 240), (2, 480), (1, 960), (0, 1920),
    ]  # fmt: skip
    assert [one["erase"] for one in tried] == [False] * 9 + [True]
    page.evaluate("() => { ahead = 0; }")
    while_waiting = page.evaluate(UNLOCK, PASSPHRASE)
    assert not while_waiting["open"], "while one has to wait, nothing is tried"
    page.evaluate("() => { ahead = 24 * 3600 * 1000; }")
    assert page.evaluate(UNLOCK, PASSPHRASE) == {"open": True}, "what was not sent yet can still be opened"


def test_a_try_counts_though_the_app_is_closed_before_it_ends(context: BrowserContext, address: str) -> None:
    page = opened(context, address)
    page.evaluate("async passphrase => { await safe.create(passphrase); safe.lock(); }", PASSPHRASE)
    page.evaluate(
        """() => new Promise(done => {
            const derive = crypto.subtle.deriveKey;
            crypto.subtle.deriveKey = () => { done(); return new Promise(() => {}); };
            void safe.unlock('niet deze zin');
        })"""
    )
    page.close()
    later = opened(context, address)
    assert later.evaluate(UNLOCK, "ook niet deze")["left"] == 8


@pytest.mark.parametrize("weak", ["1234", "aaaaaaaaaaaa", "", "abcabc"])
def test_a_weak_passphrase_is_refused(page: Page, weak: str) -> None:
    refused = "async weak => safe.create(weak).then(() => 'made', error => error.constructor.name)"
    assert page.evaluate(refused, weak) == "WeakPassphrase"
    assert page.evaluate("() => safe.state()") == "new"


def test_another_passphrase_strands_nothing(page: Page) -> None:
    changed = """async ([old, fresh, name]) => {
        await safe.create(old);
        const sealed = await safe.seal({name});
        await safe.change(old, fresh);
        safe.lock();
        await safe.unlock(fresh);
        return (await safe.open(sealed)).name;
    }"""
    assert page.evaluate(changed, [PASSPHRASE, "vier droge katten", NAME]) == NAME
    page.evaluate("() => safe.lock()")
    assert not page.evaluate(UNLOCK, PASSPHRASE)["open"]


def test_a_locked_safe_opens_nothing_and_says_so_to_who_listens(page: Page) -> None:
    told = """async passphrase => {
        await safe.create(passphrase);
        const sealed = await safe.seal({});
        let heard = 0;
        safe.onLock(() => heard++);
        safe.lock();
        safe.lock();
        const refused = await safe.open(sealed).then(() => false, () => true);
        return [heard, refused];
    }"""
    assert page.evaluate(told, PASSPHRASE) == [1, True]


def test_without_its_keys_nothing_is_left(page: Page) -> None:
    page.evaluate("async passphrase => { await safe.create(passphrase); await safe.eraseAll(); }", PASSPHRASE)
    assert page.evaluate("() => safe.state()") == "new"
    assert page.evaluate(EVERYTHING) == ""


def test_a_connection_that_the_browser_dropped_is_opened_again(page: Page) -> None:
    page.evaluate(
        """() => {
            const open = indexedDB.open.bind(indexedDB);
            indexedDB.open = (...about) => {
                const asked = open(...about);
                asked.addEventListener('success', () => { globalThis.there = asked.result; });
                return asked;
            };
        }"""
    )
    page.evaluate("async passphrase => { await safe.create(passphrase); safe.lock(); }", PASSPHRASE)
    page.evaluate("() => there.close()")
    assert page.evaluate(UNLOCK, PASSPHRASE) == {"open": True}


def test_fingerprint_or_face_opens_the_safe_too(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    phone = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "hasPrf": True,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": phone})
    page.evaluate("async passphrase => { await safe.create(passphrase); }", PASSPHRASE)
    sealed = """async name => {
        globalThis.kept = await safe.seal({name});
    }"""
    page.evaluate(sealed, NAME)
    assert page.evaluate("async passphrase => safe.addPasskey(passphrase, 'Outreach')", PASSPHRASE) is True
    page.evaluate("() => safe.lock()")
    assert (
        page.evaluate("async () => { await safe.unlockWithPasskey(); return (await safe.open(kept)).name; }")
        == NAME
    )
    assert NAME not in page.evaluate(EVERYTHING)
    # Somebody else's finger.
    page.evaluate("() => safe.lock()")
    devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": False}
    )
    refused = "async () => safe.unlockWithPasskey().then(() => 'opened', error => error.name)"
    assert page.evaluate(refused) == "NotAllowedError"
    assert page.evaluate("() => safe.state()") == "locked"

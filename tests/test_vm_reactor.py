"""What a worker calls: `docs/reference/host-abi.md`, section 2, on the wasm build, in wasmtime."""

from __future__ import annotations

import importlib.util
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import wasmtime

REPOSITORY = Path(__file__).resolve().parent.parent
VM_MORE, VM_WAITING, VM_RESPONDED, VM_EXITED, VM_ERROR, VM_LISTENING = range(6)
MEMORY_CAP = 64 << 20
REDUCTIONS = 20_000

SOURCE = """
-module(reactor_app).
-export([start/0]).
start() ->
    ok = atomvm_host:listen(),
    io:format("listening~n"),
    shared = ets:new(shared, [named_table, public]),
    register(keeper, spawn(fun() -> rand:uniform(), keep(none) end)),
    loop().
keep(Kept) ->
    receive
        {keep, Term} -> keep(Term);
        {kept, From} -> From ! {kept, Kept}, keep(Kept);
        {random, From} -> From ! {random, rand:uniform(1 bsl 50)}, keep(Kept)
    end.
seen(Token) ->
    keeper ! {kept, self()},
    Kept = receive {kept, K} -> K end,
    Atom = try binary_to_existing_atom(<<"atom of ", Token/binary>>) catch error:badarg -> none end,
    Seen = [ets:tab2list(shared), persistent_term:get(token, none), whereis(left_behind), Atom, is_list(Kept)],
    io_lib:format("~0p", [Seen]).
loop() ->
    receive {atomvm_request, Head, Body} -> spawn(fun() -> handle(maps:get(<<"url">>, Head), Body) end) end,
    loop().
handle(<<"/echo">>, Body) -> atomvm_host:respond(200, [{<<"a">>, <<"1">>}, {<<"a">>, <<"2">>}], [Body, "!"]);
handle(<<"/calls">>, Body) ->
    A = atomvm_host:call(<<"KV">>, <<"get">>, [Body]),
    B = atomvm_host:call(<<"KV">>, <<"get">>, [1]),
    Second = receive {atomvm_reply, B, Y} -> Y end,
    First = receive {atomvm_reply, A, X} -> X end,
    atomvm_host:respond(201, [], io_lib:format("~0p", [{First, Second}]));
handle(<<"/cast">>, Body) ->
    ok = atomvm_host:cast(<<"KV">>, <<"put">>, [Body]),
    atomvm_host:respond(200, [], io_lib:format("~0p", [catch atomvm_host:cast(kv, <<"put">>, [])]));
handle(<<"/cancel">>, _) ->
    Ref = atomvm_host:call(<<"KV">>, <<"get">>, [1]),
    Cancelled = [atomvm_host:cancel(Ref), atomvm_host:cancel(make_ref()), catch atomvm_host:cancel(ref)],
    Kept = atomvm_host:call(<<"KV">>, <<"get">>, [2]),
    Answer = receive {atomvm_reply, _, _} = Any -> Any =:= {atomvm_reply, Kept, {ok, 5}} end,
    atomvm_host:respond(200, [], io_lib:format("~0p", [{[C || C <- Cancelled, is_boolean(C)], Answer}]));
handle(<<"/sleep">>, _) ->
    timer:sleep(500),
    logger:warning("slept"),
    ok = atomvm_host:respond(200, [], <<>>),
    {'EXIT', {badarg, _}} = (catch atomvm_host:respond(200, [], <<>>)),
    'Elixir.AtomVM.Wasi':write_stdout("only once");
handle(<<"/busy">>, Body) ->
    lists:seq(1, 600000),
    atomvm_host:respond(200, [], Body);
handle(<<"/wrong">>, _) ->
    Wrong = [{99, [], []}, {200, [{a, <<>>}], []}, {200, [], [x]}, {200, [{<<"k">>, "v"}], []}],
    Errors = [catch atomvm_host:respond(Status, Headers, Body) || {Status, Headers, Body} <- Wrong],
    [{'EXIT', {badarg, _}} = Error || Error <- Errors],
    atomvm_host:respond(200, [], integer_to_binary(length(Errors)));
handle(<<"/stdin">>, _) -> atomvm_host:respond(200, [], 'Elixir.AtomVM.Wasi':read_stdin());
handle(<<"/halt">>, _) -> halt(7);
handle(<<"/dirty">>, Token) ->
    ets:insert(shared, {token, Token}),
    persistent_term:put(token, Token),
    register(left_behind, spawn(fun() -> receive never -> ok end end)),
    keeper ! {keep, lists:seq(1, 200000)},
    erlang:send_after(10, keeper, {keep, Token}),
    _ = binary_to_atom(<<"atom of ", Token/binary>>),
    re:run(Token, Token),
    atomvm_host:respond(200, [], seen(Token));
handle(<<"/seen">>, Token) -> atomvm_host:respond(200, [], seen(Token));
handle(<<"/identities">>, _) ->
    keeper ! {random, self()},
    OfKeeper = receive {random, N} -> N end,
    Identities = [make_ref(), erlang:unique_integer(), OfKeeper, rand:uniform(1 bsl 50), rand:bytes(8)],
    atomvm_host:respond(200, [], [io_lib:format("~0p~n", [Identity]) || Identity <- Identities]);
handle(<<"/crash">>, _) -> error(crash).
"""


def binary(text: bytes) -> bytes:
    """BINARY_EXT."""
    return b"m" + struct.pack(">I", len(text)) + text


class Reactor:
    """One instance of the machine, driven as `priv/worker/vm.js` drives it."""

    def __init__(self, engine: wasmtime.Engine, module: wasmtime.Module) -> None:
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        self.store = wasmtime.Store(engine)
        self.store.set_wasi(wasmtime.WasiConfig())
        self.store.set_epoch_deadline(60)
        self.exports = linker.instantiate(self.store, module).exports(self.store)
        self.now_ms = 1000.0
        self.log: list[tuple[int, bytes]] = []
        self.image: list[tuple[int, bytes]] = []

    def call(self, name: str, *args: Any) -> Any:
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        return function(self.store, *args)

    @property
    def memory(self) -> wasmtime.Memory:
        memory = self.exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        return memory

    def put(self, data: bytes) -> int:
        if not data:
            return 0
        pointer: int = self.call("vm_alloc", len(data))
        assert pointer != 0
        self.memory.write(self.store, data, pointer)
        return pointer

    def get(self, name: str) -> bytes:
        pointer, length = self.call(f"{name}_ptr"), self.call(f"{name}_len")
        return bytes(self.memory.read(self.store, pointer, pointer + length))

    def outbox(self) -> tuple[float, dict[str, tuple[int, int]]]:
        """The next timer, and pointer and length of what there is to take."""
        start = self.call("vm_outbox")
        fields = struct.unpack("<d3I3I3I", self.memory.read(self.store, start, start + 44))
        return fields[0], {name: fields[at : at + 2] for name, at in (("log", 1), ("calls", 4), ("response", 7))}

    @property
    def deadline_ms(self) -> float:
        return self.outbox()[0]

    def look(self, name: str) -> bytes:
        pointer, length = self.outbox()[1][name]
        return bytes(self.memory.read(self.store, pointer, pointer + length))

    def take(self, name: str) -> bytes:
        taken = self.look(name)
        length_at = self.call("vm_outbox") + {"log": 12, "calls": 24}[name]
        self.memory.write(self.store, bytes(4), length_at)
        return taken

    def give(self, name: str, *args: int | bytes) -> int:
        """Calls an export, with bytes as pointer and length, which it frees."""
        flat: list[int] = []
        for arg in args:
            flat += [self.put(arg), len(arg)] if isinstance(arg, bytes) else [arg]
        status: int = self.call(name, *flat)
        return status

    def boot(self, archive: bytes, memory_cap: int = MEMORY_CAP) -> int:
        status: int = self.call("vm_boot", self.put(archive), len(archive), memory_cap)
        return status

    def run(self) -> int:
        status: int = self.call("vm_run", self.now_ms, 1.7e12 + self.now_ms, REDUCTIONS)
        log = self.take("log")
        while log:
            size = struct.unpack_from("<I", log, 4)[0]
            self.log.append((log[0], log[8 : 8 + size]))
            log = log[8 + (size + 3 & ~3) :]
        return status

    def until(self, status: int) -> None:
        """Runs while there is more to do."""
        got = VM_MORE
        while got == VM_MORE:
            got = self.run()
        assert got == status, (got, self.get("vm_error"), self.log)

    def request(self, url: bytes, body: bytes = b"") -> None:
        head = b"\x83t" + struct.pack(">I", 1) + binary(b"url") + binary(url)
        assert self.give("vm_request", head, body) == VM_MORE

    def response(self) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        data = self.look("response")
        status, zero, head_size, body_size = struct.unpack_from("<HHII", data)
        assert zero == 0
        assert len(data) == 12 + head_size + body_size
        headers, at = [], 12
        while at < 12 + head_size:
            name, value = struct.unpack_from("<II", data, at)
            at += 8
            headers.append((data[at : at + name], data[at + name : at + name + value]))
            at += name + value
        return status, headers, data[at:]

    def ask(self, url: bytes, body: bytes = b"") -> bytes:
        """One request until the machine listens again; the body of its response."""
        self.request(url, body)
        self.until(VM_RESPONDED)
        answer = self.response()[2]
        self.until(VM_LISTENING)
        return answer

    def contains(self, data: bytes) -> bool:
        return data in self.memory.read(self.store, 0, self.memory.data_len(self.store))

    def freeze(self) -> None:
        assert self.call("vm_freeze") == VM_MORE, self.get("vm_error")
        ranges = struct.iter_unpack("<II", self.get("vm_image"))
        self.image = [(start, bytes(self.memory.read(self.store, start, start + size))) for start, size in ranges]

    def reset(self) -> None:
        """Puts the image back, as `priv/worker/vm.js` does."""
        for start, data in self.image:
            self.memory.write(self.store, data, start)
        assert self.call("vm_reset") == VM_LISTENING

    def calls(self) -> list[tuple[int, bytes]]:
        data, calls = self.take("calls"), []
        while data:
            call_id, size = struct.unpack_from("<II", data)
            calls.append((call_id, data[8 : 8 + size]))
            data = data[8 + (size + 3 & ~3) :]
        return calls


@pytest.fixture(scope="module")
def machine() -> tuple[wasmtime.Engine, wasmtime.Module]:
    path = REPOSITORY / "tests" / "vm" / "machines.py"
    spec = importlib.util.spec_from_file_location("machines", path)
    assert spec is not None
    assert spec.loader is not None
    machines = sys.modules.setdefault("machines", importlib.util.module_from_spec(spec))
    if not hasattr(machines, "build"):
        spec.loader.exec_module(machines)
    wasm = machines.build("wasm")
    return wasm._engine, wasm._module


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    if shutil.which("erlc") is None:
        pytest.skip("no erlc")
    folder = tmp_path_factory.mktemp("reactor")
    (folder / "reactor_app.erl").write_text(SOURCE)
    subprocess.run(["erlc", "reactor_app.erl"], cwd=folder, check=True)
    pack = [sys.executable, "-m", "hatch_elixir_workers", "pack", "-o", "app.avm", "--start", "reactor_app"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([*pack, "reactor_app.beam"], cwd=folder, env=environment, check=True)
    return (folder / "app.avm").read_bytes()


@pytest.fixture
def reactor(machine: tuple[wasmtime.Engine, wasmtime.Module], archive: bytes) -> Reactor:
    """Booted and listening."""
    instance = Reactor(*machine)
    assert instance.boot(archive) == VM_MORE
    instance.until(VM_LISTENING)
    assert instance.log == [(8, b"listening\n")]
    instance.log.clear()
    return instance


def test_a_request_is_answered_and_the_next_one_too(reactor: Reactor) -> None:
    for body in (b"", b"x" * 100_000, bytes(range(256))):
        reactor.request(b"/echo", body)
        reactor.until(VM_RESPONDED)
        assert reactor.response() == (200, [(b"a", b"1"), (b"a", b"2")], body + b"!")
        reactor.until(VM_LISTENING)


def test_host_calls_are_collected_and_answered_in_any_order(reactor: Reactor) -> None:
    reactor.request(b"/calls", b"key")
    reactor.until(VM_WAITING)
    (first, first_term), (second, second_term) = reactor.calls()
    assert first_term == b"\x83h\x03" + binary(b"KV") + binary(b"get") + b"l\0\0\0\1" + binary(b"key") + b"j"
    assert second_term.startswith(b"\x83h\x03" + binary(b"KV"))
    assert reactor.give("vm_reply", second, 0, b"\x83" + binary(b"late")) == VM_MORE
    reactor.until(VM_WAITING)
    assert reactor.calls() == []
    assert reactor.give("vm_reply", first, 1, b"\x83a\x05") == VM_MORE
    reactor.until(VM_RESPONDED)
    assert reactor.response() == (201, [], b'{{ok,5},{error,<<"late">>}}')


def test_a_reply_may_be_the_bytes_of_a_binary(reactor: Reactor) -> None:
    reactor.request(b"/calls", b"key")
    reactor.until(VM_WAITING)
    (first, _), (second, _) = reactor.calls()
    assert reactor.give("vm_reply", first, 2, b"\x83a\x05") == VM_MORE
    assert reactor.give("vm_reply", second, 2, b"") == VM_MORE
    reactor.until(VM_RESPONDED)
    assert reactor.response() == (201, [], b"{{ok,<<131,97,5>>},{ok,<<>>}}")


def test_a_cast_has_no_id_and_no_answer(reactor: Reactor) -> None:
    reactor.request(b"/cast", b"key")
    reactor.until(VM_RESPONDED)
    [(call_id, call_term)] = reactor.calls()
    assert call_id == 0
    assert call_term == b"\x83h\x03" + binary(b"KV") + binary(b"put") + b"l\0\0\0\1" + binary(b"key") + b"j"
    assert b"badarg" in reactor.response()[2]
    reactor.until(VM_LISTENING)


def test_the_answer_to_a_cancelled_call_is_dropped(reactor: Reactor) -> None:
    reactor.request(b"/cancel")
    reactor.until(VM_WAITING)
    (cancelled, _), (kept, _) = reactor.calls()
    assert reactor.give("vm_reply", cancelled, 1, b"\x83a\x04") == VM_MORE
    assert reactor.give("vm_reply", kept, 1, b"\x83a\x05") == VM_MORE
    reactor.until(VM_RESPONDED)
    assert reactor.response() == (200, [], b"{[true,false],true}")


def test_timers_wait_for_the_clock_of_the_host(reactor: Reactor) -> None:
    reactor.request(b"/sleep")
    reactor.until(VM_WAITING)
    assert reactor.deadline_ms == reactor.now_ms + 500
    reactor.now_ms += 499
    reactor.until(VM_WAITING)
    reactor.now_ms += 1
    reactor.until(VM_RESPONDED)
    reactor.until(VM_LISTENING)
    assert reactor.log == [(3, b"slept"), (8, b"only once")]
    assert reactor.deadline_ms == float("inf")


def test_long_work_comes_back_between_slices(reactor: Reactor) -> None:
    reactor.request(b"/busy", b"done")
    statuses = [reactor.run()]
    while statuses[-1] == VM_MORE:
        statuses.append(reactor.run())
    assert len(statuses) > 3
    assert statuses[-1] == VM_RESPONDED
    assert reactor.response() == (200, [], b"done")


def test_a_response_that_is_none_raises_badarg(reactor: Reactor) -> None:
    reactor.request(b"/wrong")
    reactor.until(VM_RESPONDED)
    assert reactor.response() == (200, [], b"4")


CLEAN = b"[[],none,undefined,none,false]"


def test_a_reset_takes_back_everything_a_request_did(reactor: Reactor) -> None:
    reactor.freeze()
    for token in (b"first", b"second", b"third"):
        assert reactor.ask(b"/seen", token) == CLEAN
        dirty = reactor.ask(b"/dirty", token)
        assert dirty.startswith(b'[[{token,<<"%s">>}],<<"%s">>,<0.' % (token, token))
        assert dirty.endswith(b",'atom of %s',true]" % token)
        assert reactor.ask(b"/seen", token) == dirty, "nothing is taken back before the reset"
        reactor.reset()
        assert reactor.deadline_ms == float("inf"), "the timer is gone"
        assert reactor.ask(b"/seen", token) == CLEAN


def test_a_reset_leaves_the_bytes_of_the_image(reactor: Reactor) -> None:
    """All of them but the machine's counters, which lie together."""
    reactor.freeze()
    for path in (b"/dirty", b"/echo", b"/calls", b"/crash"):
        reactor.request(path, b"token")
        while reactor.run() == VM_MORE:
            pass
        reactor.reset()
        differing = []
        for start, before in reactor.image:
            after = reactor.memory.read(reactor.store, start, start + len(before))
            differing += [start + i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        assert differing
        assert max(differing) - min(differing) < 256


def test_nothing_of_a_request_is_left_in_memory(reactor: Reactor) -> None:
    """Also where no block is any more, which no image holds."""
    reactor.freeze()
    bodies = [b"secret %d " % i * 1000 for i in range(3)]
    for body in bodies:
        assert reactor.ask(b"/echo", body) == body + b"!"
        assert reactor.contains(body[:20])
        reactor.reset()
        assert not reactor.contains(body[:20])


def test_an_image_holds_no_constants(reactor: Reactor) -> None:
    reactor.freeze()
    constant = b"the machine is frozen already"
    assert reactor.contains(constant)
    assert not any(constant in data for _, data in reactor.image)


def test_memory_is_flat_over_resets(reactor: Reactor) -> None:
    reactor.freeze()
    sizes = []
    for i in range(60):
        reactor.ask(b"/dirty", b"token %d" % i)
        reactor.reset()
        sizes.append(reactor.memory.data_len(reactor.store))
    assert len(set(sizes[2:])) == 1, sizes


def test_identities_differ_after_a_reset(reactor: Reactor) -> None:
    """References, unique integers, random numbers, also those of a process that seeded itself before the freeze."""
    reactor.freeze()
    seen = []
    for _ in range(3):
        reactor.reset()
        seen += reactor.ask(b"/identities").splitlines()
    assert len(seen) == 15
    assert len(set(seen)) == 15, seen


def test_only_a_machine_that_listens_is_frozen(
    machine: tuple[wasmtime.Engine, wasmtime.Module], archive: bytes
) -> None:
    instance = Reactor(*machine)
    assert instance.boot(archive) == VM_MORE
    assert instance.call("vm_freeze") == VM_ERROR
    instance.until(VM_LISTENING)
    assert instance.call("vm_reset") == VM_ERROR
    assert instance.get("vm_error") == b"the machine has not been frozen"
    instance.request(b"/sleep")
    assert instance.call("vm_freeze") == VM_ERROR
    assert instance.get("vm_error") == b"only a machine that listens for a request can be frozen"


def test_a_machine_is_frozen_once(reactor: Reactor) -> None:
    reactor.freeze()
    assert reactor.call("vm_freeze") == VM_ERROR
    assert reactor.get("vm_error") == b"the machine is frozen already"


def test_stdin_is_empty(reactor: Reactor) -> None:
    reactor.request(b"/stdin")
    reactor.until(VM_RESPONDED)
    assert reactor.response() == (200, [], b"")


def test_halt_ends_the_machine(reactor: Reactor) -> None:
    reactor.request(b"/halt")
    reactor.until(VM_EXITED)
    assert reactor.call("vm_exit_code") == 7
    assert reactor.run() == VM_EXITED


def test_a_request_that_nobody_can_answer_any_more_is_an_error(reactor: Reactor) -> None:
    reactor.request(b"/crash")
    reactor.until(VM_ERROR)
    assert b"nothing is left that could respond" in reactor.get("vm_error")
    [(level, text)] = reactor.log
    assert level == 4
    assert b"crash" in text


def test_what_the_host_gets_wrong_is_said(reactor: Reactor) -> None:
    assert reactor.give("vm_reply", 99, 1, b"\x83j") == VM_ERROR
    assert reactor.get("vm_error") == b"no host call with this id waits for a reply"
    assert reactor.give("vm_reply", 99, 3, b"\x83j") == VM_ERROR
    assert reactor.get("vm_error") == b"there is no such kind of reply"
    assert reactor.give("vm_request", b"junk", b"") == VM_ERROR
    assert reactor.get("vm_error") == b"the bytes are no external term"
    reactor.request(b"/sleep")
    assert reactor.give("vm_request", b"\x83t\0\0\0\0", b"") == VM_ERROR
    assert b"has not been answered yet" in reactor.get("vm_error")


@pytest.mark.parametrize("archive_bytes", [b"x", b"#!/usr/bin/env AtomVM\n\0\0"])
def test_a_damaged_archive_is_an_error(machine: tuple[wasmtime.Engine, wasmtime.Module], archive_bytes: bytes) -> None:
    instance = Reactor(*machine)
    assert instance.boot(archive_bytes) == VM_ERROR
    assert b"archive" in instance.get("vm_error")


def test_memory_is_refused_beyond_the_cap(machine: tuple[wasmtime.Engine, wasmtime.Module], archive: bytes) -> None:
    instance = Reactor(*machine)
    assert instance.boot(archive, 8 << 20) == VM_MORE
    instance.until(VM_LISTENING)
    assert instance.call("vm_alloc", 16 << 20) == 0
    assert instance.call("vm_alloc", 1 << 20) != 0

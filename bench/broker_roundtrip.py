"""What a broker itself takes for a round trip: two processes send 100 B to one another through it over blocking sockets, with frames made
beforehand. No client library, and one thread to wake in each process. Frames: AMQP 0-9-1, section 2.3.5.
"""
import os, signal, socket, struct, time

BYTES = 100
METHOD, HEADER, BODY = 1, 2, 3


def short(text):
    return bytes([len(text)]) + text


def long(text):
    return struct.pack(">I", len(text)) + text


def frame(kind, channel, payload):
    return struct.pack(">BH", kind, channel) + long(payload) + b"\xce"


def method(channel, of, number, arguments):
    return frame(METHOD, channel, struct.pack(">HH", of, number) + arguments)


def publish(queue):
    properties = struct.pack(">HHQH", 60, 0, BYTES, 0)
    return method(1, 60, 40, b"\0\0" + short(b"") + short(queue) + b"\0") + frame(HEADER, 1, properties) + frame(BODY, 1, bytes(BYTES))


class Connection:
    """With a queue of its own that it consumes."""

    def __init__(self, port, queue):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb")
        self.call(b"AMQP\0\0\x09\x01")
        tune = self.call(method(0, 10, 11, long(b"") + short(b"PLAIN") + long(b"\0guest\0guest") + short(b"en_US")))
        self.socket.sendall(method(0, 10, 31, tune[4:10] + b"\0\0"))  # as the broker proposes, without heartbeats
        self.call(method(0, 10, 40, short(b"/") + short(b"") + b"\0"))
        self.call(method(1, 20, 10, short(b"")))
        self.call(method(1, 50, 10, b"\0\0" + short(queue) + b"\4" + long(b"")))  # exclusive
        self.call(method(1, 60, 20, b"\0\0" + short(queue) + short(b"") + b"\2" + long(b"")))  # no acknowledgements

    def call(self, request):
        self.socket.sendall(request)
        return self.next()[1]

    def next(self):
        kind, _, length = struct.unpack(">BHI", self.input.read(7))
        return kind, self.input.read(length + 1)[:-1]

    def take(self):
        while self.next()[0] != BODY:
            pass


def roundtrips(port, count):
    """Milliseconds of each, through the broker on loopback that lets guest in."""
    own = str(os.getpid()).encode()
    here = Connection(port, own + b".here")
    child = os.fork()
    if child == 0:
        there, answer = Connection(port, own + b".there"), publish(own + b".here")
        there.socket.sendall(answer)  # ready
        while True:
            there.take()
            there.socket.sendall(answer)
    here.take()
    message, milliseconds = publish(own + b".there"), []
    for _ in range(count):
        sent = time.perf_counter()
        here.socket.sendall(message)
        here.take()
        milliseconds.append(1e3 * (time.perf_counter() - sent))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return milliseconds

"""One session of the vendor's Python client; what came of it as a line of JSON. Audio comes as s16le on standard input."""

import json
import logging
import sys
import time

from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)

logging.disable(logging.CRITICAL)
report = {"finals": [], "errors": []}


def on_turn(_, turn):
    if turn.end_of_turn:
        report["finals"].append(turn.transcript)


client = StreamingClient(StreamingClientOptions(api_key="example", api_host=sys.argv[1]))
client.on(StreamingEvents.Turn, on_turn)
client.on(StreamingEvents.Error, lambda _, error: report["errors"].append(str(error)))
try:
    client.connect(StreamingParameters(sample_rate=16000, speech_model="universal-3-5-pro"))
    while frame := sys.stdin.buffer.read(1600):
        client.stream(frame)
        time.sleep(0.05)
    client.disconnect(terminate=True)
except Exception as error:
    report["errors"].append(str(error) or type(error).__name__)
print(json.dumps(report), flush=True)

#!/usr/bin/python3
"""workshop_stream URL EVENTS: the workshop's way to stream events, to be measured beside `recloop stream`.

A script makes shoppers' events one by one and hands each to a client, as the workshop's does with
analytics-python: a queue of 10,000 that drops what does not fit, one thread that takes 100 at a time and posts
them with requests, JSON made by the json module, dates by datetime. To lose nothing here the script waits
while the queue is full. Prints one JSON object: events, seconds, CPU seconds, bytes.
"""
import datetime
import json
import queue
import random
import sys
import threading
import time
import uuid

import requests

QUEUE = 10000
BATCH = 100
SKUS = [f"product-{number:02d}-of-the-catalogue" for number in range(50)]
NAMES = ["Product Added", "Product Clicked", "Order Completed"]


class Client:
    """As analytics-python 2: a bounded queue and a thread that empties it."""

    def __init__(self, url, key):
        self.url = url + "/v1/batch"
        self.session = requests.Session()
        self.auth = (key, "")
        self.queue = queue.Queue(QUEUE)
        self.sent = self.bytes = 0
        self.thread = threading.Thread(target=self.consume, daemon=True)
        self.thread.start()

    def enqueue(self, message):
        message["timestamp"] = message["timestamp"].isoformat()
        message["messageId"] = str(uuid.uuid4())
        message["context"]["library"] = {"name": "analytics-python", "version": "2.3.4"}
        self.queue.put(message)

    def consume(self):
        while True:
            batch = [self.queue.get()]
            while len(batch) < BATCH:
                try:
                    batch.append(self.queue.get(timeout=0.05))
                except queue.Empty:
                    break
            body = {"batch": batch, "sentAt": datetime.datetime.now(datetime.timezone.utc).isoformat()}
            data = json.dumps(body)
            answer = self.session.post(
                self.url, data=data, auth=self.auth, timeout=15, headers={"Content-Type": "application/json"}
            )
            answer.raise_for_status()
            self.sent += len(batch)
            self.bytes += len(data)
            for _ in batch:
                self.queue.task_done()


def shopper(chance):
    return {
        "user_id": str(chance.randint(1000000000, 9999999999)),
        "anonymous_id": str(uuid.UUID(int=chance.getrandbits(128))),
        "ip": ".".join(str(chance.randint(1, 254)) for _ in range(4)),
    }


def main():
    url, count = sys.argv[1], int(sys.argv[2])
    chance = random.Random(7)
    client = Client(url, "bench" * 6)
    shoppers = [shopper(chance) for _ in range(1000)]
    began, cpu = time.monotonic(), time.process_time()
    for number in range(count):
        who = shoppers[number % len(shoppers)]
        moment = datetime.datetime.fromtimestamp(1558256400 + number % 86400, datetime.timezone.utc)
        client.enqueue(
            {
                "type": "track",
                "event": chance.choice(NAMES),
                "userId": who["user_id"],
                "anonymousId": who["anonymous_id"],
                "properties": {
                    "sku": chance.choice(SKUS),
                    "operating_system": "Web",
                    "browser": chance.choice(["Chrome", "Firefox", "Safari"]),
                },
                "context": {"ip": who["ip"]},
                "integrations": {},
                "timestamp": moment,
            }
        )
    client.queue.join()
    print(
        json.dumps(
            {
                "events": client.sent,
                "seconds": round(time.monotonic() - began, 3),
                "cpu_seconds": round(time.process_time() - cpu, 3),
                "bytes": client.bytes,
            }
        )
    )


if __name__ == "__main__":
    main()

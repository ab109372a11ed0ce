"""The whole pipeline over real HTTP, with a fault at any one call of it, and hours that pass in no time.

One process, single-threaded, is the world: moto plays AWS, the stand-in plays Kaltura, and the time stands still until
somebody sleeps or waits. Each function runs in a child of its own, as in a fresh container of Lambda's, and reaches the
world through a front that numbers the calls and breaks one of them. Because the world is one process it can be forked:
every fault is tried in a copy of the world as it was just before the function was invoked.

    clock        one time for the world and its children
    kinds        what can be done to a call
    calls        a request and its answer, and what it is called
    front        HTTP: numbers the calls, and breaks the call with the given number
    process      a function's process, which can be killed
    amazon       AWS, played by moto
    world        the deployed stack, and the machinery around it: queues, retries, ticks
    warm         what no process needs to read again
    story        what happens and when; `session` and `interrupted` are two
    beside       what is done while a function is paused
    kept         what is compared after hours of failures, and after an erasure
    mails, left  what is left behind, and which differences are legitimate
    telling      a story in one world, with a fault or without
    sweep        a story again and again, with one fault each
    report       what was tried, and what became of it
"""

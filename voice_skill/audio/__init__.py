"""Sound in and out: frames, files, devices. The only room that knows sample rates other than 16 kHz."""

"""From words to sound: text preparation, voices, and the cache of rendered speech."""

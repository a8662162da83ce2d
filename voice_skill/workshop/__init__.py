"""The workshop of those who write packs: what is checked beyond loading, the page, the first draft."""

"""The workshop of those who write packs: what is checked beyond loading, the printed page, the first draft."""

"""`python -m voice_skill` is the same as `voice-skill`."""

if __name__ == "__main__":
    from voice_skill.cli import main

    main()

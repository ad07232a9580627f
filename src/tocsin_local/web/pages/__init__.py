"""The live page as HTML: pure functions from what the journal and the stage know; read by people without script too."""

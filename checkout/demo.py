"""`checkout demo`: the whole product on one machine, with a simulated YooKassa and a mailbox."""

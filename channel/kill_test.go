package channel

const childDSN, childPeer = "ZHIXING_TEST_KILL_DSN", "ZHIXING_TEST_KILL_PEER"

func child(dsn, peer string) error { return nil }

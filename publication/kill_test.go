package publication_test

func child() bool { return false }

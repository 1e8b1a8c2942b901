package web

// accountRoutes is logging in, one's own account, and the administration of accounts.
var accountRoutes = []route{}

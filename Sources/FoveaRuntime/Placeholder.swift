enum PlaceholderFoveaRuntime {}

enum PlaceholderFoveaGraph {}

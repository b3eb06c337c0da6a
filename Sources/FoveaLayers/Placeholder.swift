enum PlaceholderFoveaLayers {}

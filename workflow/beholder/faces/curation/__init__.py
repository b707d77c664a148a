"""Looking over what was collected: suspicions, the review page, credits and the datasheet."""

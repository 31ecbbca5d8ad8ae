"""What works: response rates and the tables that coordinators read. Reads all rooms; nobody reads it."""
